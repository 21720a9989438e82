import { useSyncExternalStore } from 'react'
import { keptChoice } from '../kept-choice.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** public/before-paint.js reads it before the first paint. */
const choice = keptChoice('latchkey.theme', (kept) =>
  show(themes.find((theme) => theme === kept) ?? 'system'),
)

/** The theme of this browser, and how to choose another. Where nothing can be kept, it lasts until the page goes. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(choice.subscribe, current), choose]
}

const current = (): Theme =>
  themes.find((theme) => theme === document.documentElement.dataset.theme) ?? 'system'

function choose(theme: Theme): void {
  show(theme)
  choice.keep(theme === 'system' ? null : theme)
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[data-scheme]')) {
    const { scheme } = meta.dataset
    meta.media =
      theme === 'system' ? `(prefers-color-scheme: ${scheme})` : scheme === theme ? 'all' : 'not all'
  }
  choice.tell()
}
