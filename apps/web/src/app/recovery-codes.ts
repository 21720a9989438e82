import { createContext, use } from 'react'

interface NewRecoveryCodes {
  /** Whose they are. Whoever signs in on the page after them sees nothing of them. */
  userId: string
  codes: readonly string[]
}

export interface RecoveryCodes {
  /** That nobody has saved yet. */
  fresh: NewRecoveryCodes | null
  show: (fresh: NewRecoveryCodes | null) => void
}

export const RecoveryCodesContext = createContext<RecoveryCodes>({ fresh: null, show: () => undefined })

/** New recovery codes, shown over whatever page is open until their owner says that they are saved. */
export const useRecoveryCodes = () => use(RecoveryCodesContext)
