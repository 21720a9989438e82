/** Hidden on plain http outside localhost. What is prerendered is for browsers that have them. */
export const supportsPasskeys = () =>
  typeof window === 'undefined' || typeof PublicKeyCredential !== 'undefined'

/** Whether the browser offers passkeys where the name is typed. */
export const supportsAutofill = async (): Promise<boolean> =>
  supportsPasskeys() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true

/** `PASSKEY_UPGRADE`, as the server tells the page. */
export const wantsUpgrades = () =>
  document.querySelector<HTMLMetaElement>('meta[name="latchkey-passkey-upgrade"]')?.content !== 'off'
