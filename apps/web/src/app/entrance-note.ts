import { createContext, use } from 'react'

interface EntranceNote {
  note: string | null
  leave: (note: string | null) => void
}

export const EntranceNoteContext = createContext<EntranceNote>({ note: null, leave: () => undefined })

/** A message that another page leaves for the sign-in page to show. It lasts until somebody signs in. */
export const useEntranceNote = () => use(EntranceNoteContext)
