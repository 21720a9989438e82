import { brand } from '@latchkey/brand'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { App } from './app/app.tsx'
import { authClient } from './app/auth-client.ts'
import { paths } from './app/paths.ts'
import { directionOf, type Language, languages, speakLanguage } from './words/language.ts'

/** A page in one language, as the server puts it into index.html. */
export interface Prerendered {
  dir: 'ltr' | 'rtl'
  title: string
  /** What stands in `#root`. */
  html: string
}

/**
 * The sign-in page in each language, for somebody of whom nothing is known: `{ '/login': { en: … } }`. The build calls this, in
 * Node, and the page takes over what the browser was sent (`main.tsx`).
 */
export async function prerender(): Promise<Record<string, Partial<Record<Language, Prerendered>>>> {
  const login: Partial<Record<Language, Prerendered>> = {}
  for (const language of Object.keys(languages) as Language[]) {
    await speakLanguage(language, 'first')
    const html = renderToString(
      <StrictMode>
        <App
          client={authClient}
          first={{ pathname: paths.login, search: '', hash: '', state: null, key: '0' }}
        />
      </StrictMode>,
    )
    login[language] = { dir: directionOf(language), title: titleIn(html), html }
  }
  return { [paths.login]: login }
}

/** As its heading, which is how a page names the tab (PageTitle). */
function titleIn(html: string): string {
  const [, heading = ''] = /<h1[^>]*>(.*?)<\/h1>/.exec(html) ?? []
  return `${heading} · ${brand.name}`
}
