import 'virtual:brand-colours.css'
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { authClient } from './app/auth-client.ts'
import { connection } from './app/connection.ts'
import { type PageLocation, pageHistory } from './app/page-history.ts'
import { preloadFor } from './app/preload.ts'
import { carryOver } from './features/auth/take-over.ts'
import { beginSpeaking, spokenLanguage } from './words/language.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root element')

// These run while React starts: the download of the words of a language other than English, the silent sign-in, and the
// download of the page it will most likely lead to, which waits for the words.
const canSpeak = beginSpeaking()
connection.watch()
void authClient.start()
preloadFor(authClient.getState(), window.location.pathname)

void canSpeak.then(() => {
  const { state, ...location } = pageHistory.location()
  const isShown = isPrerendered(root) && state === null
  if (isShown && root.dataset.prerendered === spokenLanguage())
    return hydrateRoot(root, app({ ...location, search: '', hash: '', state }))
  // Hidden before the first paint, so that nobody sees it go.
  if ('unfit' in document.documentElement.dataset) root.replaceChildren()
  // Its words are still on their way.
  if (isShown) carryOver(root)
  delete root.dataset.prerendered
  createRoot(root).render(app())
})

/** Whether what stands there is what is to be shown first. */
function isPrerendered({ dataset }: HTMLElement): boolean {
  const isUnfit = 'unfit' in document.documentElement.dataset
  return !isUnfit && dataset.prerendered !== undefined && authClient.getState().status === 'signedOut'
}

function app(first?: PageLocation) {
  return (
    <StrictMode>
      <App client={authClient} {...(first && { first })} />
    </StrictMode>
  )
}
