import { browserEnvironment, type ClientEnvironment } from './environment.ts'

export interface AuthClientOptions {
  /** Where the API stands. Default: `/api` on the page's own origin. */
  baseUrl?: string
  /** The edges of the world; each defaults to the browser's own. */
  environment?: Partial<ClientEnvironment>
}

/** The options with every default filled in. */
export interface Settings {
  baseUrl: string
  environment: ClientEnvironment
}

export const settingsOf = ({ baseUrl = '/api', environment }: AuthClientOptions): Settings => ({
  baseUrl,
  environment: { ...browserEnvironment(), ...environment },
})
