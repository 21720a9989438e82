import { startTransition, useEffect, useState } from 'react'

/**
 * What a store holds, shown as soon as there is time for it: as `useSyncExternalStore`, but that several changes in a row are one,
 * and that whatever somebody does meanwhile comes first. For what is read and nobody waits for, such as a log.
 */
export function useCalmStore<Snapshot>(
  subscribe: (listener: () => void) => () => void,
  get: () => Snapshot,
): Snapshot {
  const [shown, setShown] = useState(get)
  useEffect(() => {
    const show = () => startTransition(() => setShown(get))
    // It may have changed since it was rendered.
    show()
    return subscribe(show)
  }, [subscribe, get])
  return shown
}
