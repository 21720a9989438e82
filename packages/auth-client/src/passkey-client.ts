import type { Passkey, User } from '@latchkey/contracts'

export interface PasskeySignIn {
  /** Offers passkeys where the name is typed (`autocomplete="username webauthn"`), instead of in a dialog. */
  autofill?: boolean
  /** Ends the offer. */
  signal?: AbortSignal
}

export interface PasskeyStep {
  ticket: string
  trustBrowser?: boolean
}

/** What `GET /passkeys` answers. */
export interface PasskeysOfAccount {
  passkeys: Passkey[]
  rpId: string | null
  userHandle: string | null
}

/** The part of a client that is about passkeys. It is downloaded when it is first needed. */
export interface PasskeyClient {
  /**
   * Signs in by a passkey, without a name. `passkey_cancelled`: none was chosen; so ends an offer that another one replaces.
   * @throws AuthError
   */
  loginWithPasskey(options?: PasskeySignIn): Promise<User>
  /** The second step by a passkey, with the ticket that `login` has brought. @throws AuthError */
  loginFactorWithPasskey(step: PasskeyStep): Promise<User>
  /** Lets whoever is signed in make a passkey. @throws AuthError */
  addPasskey(name?: string): Promise<Passkey>
  /** `reauthenticate` by a passkey. @throws AuthError */
  confirmWithPasskey(): Promise<void>
  /**
   * After a sign-in by password: lets the password manager make a passkey without asking. False: it made none. Never
   * fails.
   */
  upgradeToPasskey(): Promise<boolean>
  /** Tells password managers which passkeys of the account still work. Never fails. */
  signalPasskeys(known: PasskeysOfAccount): Promise<void>
}
