import type { AxiosProgressEvent, AxiosRequestConfig } from 'axios'

type Listeners = Pick<AxiosRequestConfig, 'onUploadProgress' | 'onDownloadProgress'>

/** An answer that refuses a token is smaller than this. */
const longestRefusal = 16 * 1024

/**
 * Reports progress as if a request that is sent twice were sent once: an upload never goes back to its start, and the
 * download of a refusal is not reported.
 */
export function createProgress({ onUploadProgress, onDownloadProgress }: Listeners) {
  let uploaded = 0
  let sendings = 0

  return () => {
    sendings += 1
    const isRepeated = sendings > 1
    let state: 'unknown' | 'shown' | 'dropped' = 'unknown'
    const held: AxiosProgressEvent[] = []

    function upload(event: AxiosProgressEvent) {
      if (isRepeated && event.loaded <= uploaded) return
      uploaded = Math.max(uploaded, event.loaded)
      onUploadProgress?.(event)
    }

    function download(event: AxiosProgressEvent) {
      if (state === 'unknown' && !mayBeRefusal(event)) state = 'shown'
      if (state !== 'dropped') held.push(event)
      if (state === 'shown') release()
    }

    function release() {
      for (const event of held.splice(0)) onDownloadProgress?.(event)
    }

    const listeners: Listeners = {
      ...(onUploadProgress && { onUploadProgress: upload }),
      ...(onDownloadProgress && { onDownloadProgress: download }),
    }
    return {
      listeners,
      /** `shown`: the caller gets this answer. `dropped`: another one. */
      end(as: 'shown' | 'dropped') {
        state = as
        if (as === 'shown') release()
      },
    }
  }
}

/** XMLHttpRequest knows the status by now; elsewhere a long body is none. */
function mayBeRefusal({ loaded, event }: AxiosProgressEvent): boolean {
  const status: unknown = event?.target?.status
  return typeof status === 'number' ? status === 401 : loaded <= longestRefusal
}
