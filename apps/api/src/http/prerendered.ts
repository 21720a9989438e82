import { defaultLanguage } from '@latchkey/contracts'
import type { Request } from 'express'
import { requestLanguage } from './request-language.ts'

/** What the build has rendered of pages: by their path, then by language (apps/web/src/prerender.tsx). */
export type Prerendered = Record<string, Record<string, { dir: string; title: string; html: string }>>

/** The readable cookie of a session under any of its names. One of another program's costs the head start alone. */
const sessionCookie = /(?:^|[;.\s-])session=/

/** Which of the rendered pages is for a request: `/login de`. */
export function rendering(req: Request): string {
  if (sessionCookie.test(req.get('Cookie') ?? '')) return 'none'
  // Looked for from one place only: a path of nothing but slashes must not take long.
  return `${req.path.replace(/(?<!\/)\/+$/, '').toLowerCase()} ${requestLanguage(req) ?? defaultLanguage}`
}

/** The page, for each of the renderings with that in it. */
export function renderings(page: string, prerendered: Prerendered): Map<string, string> {
  return new Map(
    Object.entries(prerendered).flatMap(([path, languages]) =>
      Object.entries(languages).map(([language, { dir, title, html }]) => [
        `${path} ${language}`,
        page
          .replace('<html lang="en">', `<html lang="${language}" dir="${dir}">`)
          .replace(/<title>.*<\/title>/, () => `<title>${title}</title>`)
          .replace(
            '<div id="root"></div>',
            () => `<div id="root" data-prerendered="${language}">${html}</div>`,
          ),
      ]),
    ),
  )
}
