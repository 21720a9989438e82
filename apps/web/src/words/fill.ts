import { createElement, Fragment, type ReactNode } from 'react'

/** A sentence with `{name}` in it, and what stands there: fill('Sent to {email}.', { email: <b>…</b> }). */
export const fill = (sentence: string, parts: Readonly<Record<string, ReactNode>>): ReactNode[] =>
  sentence
    .split(/\{(\w+)\}/)
    .map((part, at) => createElement(Fragment, { key: at }, at % 2 === 0 ? part : parts[part]))
