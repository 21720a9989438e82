import { createContext, use } from 'react'
import type { Say } from '../components/use-news.ts'

interface EntranceNote {
  note: string | null
  leave: (say: Say | null) => void
}

export const EntranceNoteContext = createContext<EntranceNote>({ note: null, leave: () => undefined })

/** A message that another page leaves for the sign-in page to show. It lasts until somebody signs in. */
export const useEntranceNote = () => use(EntranceNoteContext)
