import { createContext, use } from 'react'

interface EntranceNote {
  note: string | null
  leave: (note: string | null) => void
}

export const EntranceNoteContext = createContext<EntranceNote>({ note: null, leave: () => undefined })

/** What a page that leads to the sign-in page wants it to say. It lasts until somebody has signed in. */
export const useEntranceNote = () => use(EntranceNoteContext)
