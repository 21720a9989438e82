// Before the first paint, and so a file of its own: the theme that was chosen in this browser (src/app/theme.ts).
try {
  const theme = localStorage.getItem('latchkey.theme')
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme
    for (const meta of document.querySelectorAll('meta[data-scheme]'))
      meta.media = meta.dataset.scheme === theme ? 'all' : 'not all'
  }
} catch {
  // Storage is blocked: as the system has it.
}
