interface Thrown {
  name?: unknown
  message?: unknown
  stack?: unknown
  code?: unknown
  status?: unknown
  config?: { method?: unknown; url?: unknown }
  cause?: unknown
}

/**
 * What an error that came from below says, and nothing that could be sent again. Those of axios hold the whole request, with
 * the password in its body and the token in its headers, and whoever logs an error logs its cause. As an option of an Error.
 */
export function plainCause(thrown: unknown, depth = 4): { cause: Error } | undefined {
  // Some causes lead round in a circle.
  if (typeof thrown !== 'object' || !thrown || !depth) return
  const { name, message, stack, code, status, config, cause } = thrown as Thrown
  const plain = new Error(withoutQuery(`${message}`), plainCause(cause, depth - 1))
  // With the message in it, wherever the frames may stand.
  if (stack) plain.stack = `${stack}`.replace(`${message}`, () => plain.message)
  const url = config?.url && withoutQuery(`${config.url}`)
  const facts = { name, code, status, method: config?.method, url }
  // Nothing below these, whatever they are.
  return { cause: Object.assign(plain, JSON.parse(JSON.stringify(facts, Object.keys(facts)))) }
}

/** Links from emails have their token in there. Nor does anything say the name and password before a host. */
const withoutQuery = (text: string) => text.replace(/[?#][^\s"']+/g, '').replace(/\/\/[^\s/"']*@/g, '//')
