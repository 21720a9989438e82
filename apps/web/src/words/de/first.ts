import type { FirstWords } from '../translation.ts'
import { common } from './common.ts'
import { entrance } from './entrance.ts'
import { errors } from './errors.ts'
import { frame } from './frame.ts'

const translation: FirstWords = {
  common,
  entrance,
  errors,
  frame,
}

export default translation
