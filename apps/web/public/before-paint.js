// Before the first paint, and so a file of its own: the page allows no script inside it.
{
  const { documentElement: page } = document
  const kept = (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null // Storage is blocked.
    }
  }

  // The theme that was chosen in this browser (src/app/theme.ts).
  const theme = kept('latchkey.theme')
  if (theme === 'light' || theme === 'dark') {
    page.dataset.theme = theme
    for (const meta of document.querySelectorAll('meta[data-scheme]'))
      meta.media = meta.dataset.scheme === theme ? 'all' : 'not all'
  }

  // What was prerendered is not for whoever may be signed in, has chosen another language, has no passkeys or comes back to
  // what they had typed (src/main.tsx). The server may not know: a link from another site brings no cookies along.
  const language = kept('latchkey.language')
  const mayBeSignedIn = /(?:^|[;.\s-])session=/.test(document.cookie)
  const hasOtherLanguage = language !== null && language !== page.lang
  const comesBack = (history.state?.state ?? null) !== null
  if (mayBeSignedIn || hasOtherLanguage || comesBack || typeof PublicKeyCredential === 'undefined')
    page.dataset.unfit = ''

  // Enter in a form presses its button, too. It waits until the page works (src/features/auth/take-over.ts).
  addEventListener(
    'click',
    (event) => {
      const root = event.target.closest('[data-prerendered]')
      const button = event.target.closest('button')
      if (!root || !button) return
      event.preventDefault()
      root.pressed = button
    },
    true,
  )
}
