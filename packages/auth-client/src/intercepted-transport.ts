/** What is downloaded together with axios. */
export { installInterceptor } from './interceptor.ts'
export { createTransport } from './transport.ts'
