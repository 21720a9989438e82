import { catalogue } from '../catalogue.ts'

export const words = catalogue('notFound', {
  notFound: 'Page not found',
  nothingHere:
    'There is nothing at this address. Check it for typing mistakes; the page may also have moved.',
  goHome: 'Go to the home page',
})
