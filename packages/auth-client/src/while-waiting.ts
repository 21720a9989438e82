import { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios'
import type { Clock } from './environment.ts'

/**
 * What becomes of `work`, for a request that waits for it: the caller's abort and `timeout` end the wait as they end a
 * request, with the errors of axios. The work itself goes on, for others.
 */
export function whileWaiting<Result>(
  config: InternalAxiosRequestConfig,
  clock: Clock,
  work: Promise<Result>,
): Promise<Result> {
  const { signal, cancelToken, timeout } = config
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new CanceledError(undefined, config))
    const stop = timeout ? clock.after(timeout, () => reject(timedOut(config))) : () => {}
    const end = () => {
      stop()
      signal?.removeEventListener?.('abort', onAbort)
      cancelToken?.unsubscribe(reject)
    }
    signal?.addEventListener?.('abort', onAbort)
    cancelToken?.subscribe(reject)
    if (signal?.aborted) onAbort()
    work.then(resolve, reject).finally(end)
  })
}

function timedOut(config: InternalAxiosRequestConfig): AxiosError {
  const { timeout, timeoutErrorMessage, transitional } = config
  const code = transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED
  return new AxiosError(timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`, code, config)
}
