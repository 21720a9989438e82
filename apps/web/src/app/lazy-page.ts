import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

export interface LazyPage {
  Page: LazyExoticComponent<ComponentType>
  /** Starts the download, so that the page is there when it is needed. */
  preload: () => void
}

export function lazyPage(load: () => Promise<{ default: ComponentType }>): LazyPage {
  return {
    Page: lazy(load),
    // If this fails, there is no head start; the page shows the error when it is rendered.
    preload: () => void load().catch(() => undefined),
  }
}
