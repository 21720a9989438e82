import { createContext, use } from 'react'

interface RecoveryCodes {
  /** New ones that nobody has saved yet. */
  codes: readonly string[]
  show: (codes: readonly string[]) => void
}

export const RecoveryCodesContext = createContext<RecoveryCodes>({ codes: [], show: () => undefined })

/** New recovery codes, shown over whatever page is open until their owner says that they are saved. */
export const useRecoveryCodes = () => use(RecoveryCodesContext)
