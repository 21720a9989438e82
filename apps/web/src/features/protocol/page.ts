/** The page, when it is opened. */
export const load = () => import('./protocol-page.tsx')
