import { paths } from '../src/app/paths.ts'

const oneOf = Object.values(paths).map((path) =>
  path
    .split('/')
    .filter(Boolean)
    .map((part) => (part.startsWith(':') ? '[^/]+' : part))
    .join('/'),
)

/**
 * Matches the addresses that the router in the page knows, as the router does: in any case, with a slash at the end
 * or not.
 */
export const pageAddresses = new RegExp(`^/(?:${oneOf.join('|')})/*$`, 'i')
