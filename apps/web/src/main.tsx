import 'virtual:brand-colours.css'
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { authClient } from './app/auth-client.ts'
import { connection } from './app/connection.ts'
import { preloadFor } from './app/preload.ts'
import { beginSpeaking } from './words/language.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root element')

// These run while React starts: the download of the words of a language other than English, the silent sign-in, and the
// download of the page it will most likely lead to, which waits for the words.
const canSpeak = beginSpeaking()
connection.watch()
void authClient.start()
preloadFor(authClient.getState(), window.location.pathname)

void canSpeak.then(() =>
  createRoot(root).render(
    <StrictMode>
      <App client={authClient} />
    </StrictMode>,
  ),
)
