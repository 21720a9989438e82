import type { InternalAxiosRequestConfig } from 'axios'

/** Whether a body can be sent more than once. Streams of Node and of the web, and generators, are used up by it. */
export function isRepeatable(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return true
  return !('pipe' in data || 'getReader' in data || 'next' in data || Symbol.asyncIterator in data)
}

/** The same request, made so that it is the same each time it is sent, as far as that is possible. */
export function repeatable(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  return { ...config, ...bufferedForm(config), ...serializedOnce(config) }
}

/** In Node axios makes forms with the `form-data` package: they are streams, but mostly of what is in memory. */
function bufferedForm({ data, headers }: InternalAxiosRequestConfig<unknown>) {
  if (!isNodeForm(data)) return {}
  try {
    return { data: data.getBuffer(), headers: headers.concat(data.getHeaders()) }
  } catch {
    // There is a stream in it.
    return {}
  }
}

interface NodeForm {
  getBuffer(): Uint8Array
  getHeaders(): Record<string, string>
}

const isNodeForm = (data: unknown): data is NodeForm =>
  typeof data === 'object' && data !== null && 'getBuffer' in data && 'getHeaders' in data

/** The caller's own serializer may put something into the address that is different each time. */
function serializedOnce({ paramsSerializer }: InternalAxiosRequestConfig) {
  if (typeof paramsSerializer !== 'object' || !paramsSerializer.serialize) return {}
  const { serialize } = paramsSerializer
  let serialized: string | undefined
  return {
    paramsSerializer: {
      ...paramsSerializer,
      serialize(...given: Parameters<typeof serialize>) {
        serialized ??= serialize(...given)
        return serialized
      },
    },
  }
}
