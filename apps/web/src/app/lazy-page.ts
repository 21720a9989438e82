import { type ComponentType, createElement, lazy, useState } from 'react'
import { wholeLanguage } from '../words/language.ts'
import { downloaded } from './missing-code.ts'

export interface LazyPage {
  Page: ComponentType
  /** Starts the download, so that the page is there when it is needed. */
  preload: () => void
  /** Whether it is there. */
  isReady: () => boolean
}

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>

/** With the words of the language that is spoken: it is not shown in English first. */
async function withWords<Props>(load: Load<Props>) {
  const [module] = await Promise.all([load(), wholeLanguage()])
  return module
}

export function lazyPage(load: Load<object>): LazyPage {
  const { Component, keep, isReady } = lazyComponent(load, true)
  return {
    Page: Component,
    // If this fails, there is no head start; the page tries again when it is rendered.
    preload: () => void withWords(load).then(keep, () => undefined),
    isReady,
  }
}

const failed = new Set<() => void>()

/** What could not be downloaded is asked for again when it is rendered next. */
export function forgetFailures() {
  for (const forget of failed) forget()
  failed.clear()
}

/** As React's `lazy`, but that a failure is not for good, and that what is there already is shown at once. */
export function lazyComponent<Props extends object>(load: Load<Props>, mayReload: boolean) {
  let ready: ComponentType<Props> | null = null
  let Lazy = lazy(begin)

  function keep(module: Awaited<ReturnType<Load<Props>>>) {
    ready = module.default
    return module
  }

  function begin() {
    const download = downloaded(() => withWords(load), mayReload).then(keep)
    download.catch(() => failed.add(() => (Lazy = lazy(begin))))
    return download
  }

  function Component(props: Props) {
    // One of them for as long as it is shown: another would begin anew.
    const [Body] = useState<ComponentType<Props>>(() => ready ?? (Lazy as ComponentType<Props>))
    return createElement(Body, props)
  }

  return { Component, keep, isReady: () => ready !== null }
}
