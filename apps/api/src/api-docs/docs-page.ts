import { brand } from '@latchkey/brand'
import { apiPrefix } from '@latchkey/contracts'
import { escapeHtml } from '../mail/html.ts'

/** Both below the prefix of the API. */
export const documentPath = '/openapi.json'
export const docsPath = '/docs'

/** The page; what it shows is drawn by `try-it.js`. */
export function docsPage(): string {
  const at = apiPrefix + docsPath
  const name = escapeHtml(brand.name)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${at}/swagger-ui.css">
<link rel="stylesheet" href="${at}/try-it.css">
<script src="/before-paint.js"></script>
<script src="${at}/swagger-ui-bundle.js" defer></script>
<script src="${at}/try-it.js" defer></script>
<title>API · ${name}</title>
</head>
<body>
<main id="docs"><noscript>This page needs JavaScript. <a href="${apiPrefix}${documentPath}">The document</a> does not.</noscript></main>
</body>
</html>
`
}
