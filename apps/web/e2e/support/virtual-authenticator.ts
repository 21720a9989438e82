import type { CDPSession, Page } from 'playwright-core'

interface Traits {
  /** Whether its passkeys may be copied, as those of password managers are. */
  synced?: boolean
}

export interface Credential {
  credentialId: string
  isResidentCredential: boolean
  privateKey: string
  signCount: number
  rpId?: string
  userHandle?: string
}

/** Gives a page an authenticator of its own (CDP, domain WebAuthn), whose person is there and is recognised. */
export async function giveAuthenticator(page: Page, { synced = false }: Traits = {}) {
  const cdp: CDPSession = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  })

  return {
    async passkeys(): Promise<Credential[]> {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials as Credential[]
    },
    /** Puts a passkey there that was made elsewhere. */
    async put(credential: Credential): Promise<void> {
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: credential as never })
    },
    /** Whether its person is recognised from now on. */
    async recognises(isUserVerified: boolean): Promise<void> {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    /** Whether anybody touches it from now on. */
    async isTouched(enabled: boolean): Promise<void> {
      await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    async forget(): Promise<void> {
      await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
    },
  }
}
