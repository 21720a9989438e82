import type { RemainingWords } from '../translation.ts'
import { account } from './account.ts'
import { activity } from './activity.ts'
import { admin } from './admin.ts'
import { commonInside } from './common-inside.ts'
import { complaints } from './complaints.ts'
import { dashboard } from './dashboard.ts'
import { errors } from './errors.ts'
import { menu } from './menu.ts'
import { notFound } from './not-found.ts'
import { ownFields } from './own-fields.ts'
import { protocol } from './protocol.ts'
import { recovery } from './recovery.ts'
import { register } from './register.ts'
import { secondStep } from './second-step.ts'
import { sessions } from './sessions.ts'
import { shell } from './shell.ts'
import { signInAgain } from './sign-in-again.ts'
import { stepUp } from './step-up.ts'

const translation: RemainingWords = {
  account,
  activity,
  admin,
  commonInside,
  complaints,
  dashboard,
  errors,
  menu,
  notFound,
  ownFields,
  protocol,
  recovery,
  register,
  secondStep,
  sessions,
  shell,
  signInAgain,
  stepUp,
}

export default translation
