import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

export interface LazyPage {
  Page: LazyExoticComponent<ComponentType>
  /** Starts the download, so that the page is there when it is wanted. */
  preload: () => void
}

export function lazyPage(load: () => Promise<{ default: ComponentType }>): LazyPage {
  return {
    Page: lazy(load),
    // A failed download shows when the page is rendered; here it only means no head start.
    preload: () => void load().catch(() => undefined),
  }
}
