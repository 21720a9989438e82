import type { ActivityKind } from '@latchkey/contracts'
import { deviceName } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { OurMailKind } from '../mail/mail-job.model.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { NewEvent } from './security-events.ts'

/** The events that are mailed to the owner at once; of the others they read on their page. */
const mails: Partial<Record<ActivityKind, OurMailKind>> = {
  new_device: 'new_device',
  new_network: 'new_network',
  copied_session_refused: 'copied_session_refused',
  token_reused: 'token_reused',
  failed_sign_ins: 'failed_sign_ins',
  password_changed: 'password_changed',
  password_reset: 'password_changed',
  password_removed: 'password_removed',
  roles_changed: 'roles_changed',
  totp_enabled: 'totp_enabled',
  totp_disabled: 'totp_disabled',
  recovery_codes_renewed: 'recovery_codes_renewed',
  recovery_code_used: 'recovery_code_used',
  recovery_codes_low: 'recovery_codes_low',
  failed_factors: 'failed_factors',
  factors_reset_requested: 'factors_reset_requested',
  factors_reset_cancelled: 'factors_reset_cancelled',
  factors_reset: 'factors_reset',
  passkey_added: 'passkey_added',
  passkey_removed: 'passkey_removed',
  passkey_counter_back: 'passkey_counter_back',
}

/** Mails the owner of an account what they would want to know at once. */
export const createNotices =
  (mailQueue: MailQueue) =>
  async ({ kind, userId, device }: NewEvent): Promise<void> => {
    const mail = mails[kind]
    if (mail)
      await mailQueue.tell({
        kind: mail,
        userId: new Types.ObjectId(userId),
        device: deviceName(device.userAgent),
        ip: device.ip,
      })
  }
