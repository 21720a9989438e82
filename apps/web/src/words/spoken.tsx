import { Fragment, type ReactNode } from 'react'
import { useLanguage } from './language.ts'

/** What shows words: rendered anew when the language changes. */
export function Spoken({ children }: { children: ReactNode }) {
  const [language] = useLanguage()
  return <Fragment key={language}>{children}</Fragment>
}
