import 'virtual:brand-colours.css'
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router-dom'
import { App } from './app/app.tsx'
import { authClient } from './app/auth-client.ts'
import { connection } from './app/connection.ts'
import { preloadFor } from './app/pages.ts'
import { preferredLanguage, speakLanguage } from './words/language.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root element')

// The last two run while React starts: the silent sign-in, and the download of the page it will most likely lead to. So do
// the words of a language other than English; without them the first words would be the wrong ones.
connection.watch()
void authClient.start()
preloadFor(authClient.getState(), window.location.pathname)

const language = preferredLanguage()
void (language === 'en' ? Promise.resolve() : speakLanguage(language)).then(() =>
  createRoot(root).render(
    <StrictMode>
      <BrowserRouter>
        <App client={authClient} />
      </BrowserRouter>
    </StrictMode>,
  ),
)
