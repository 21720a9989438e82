import type { FirstWords } from '../translation.ts'
import { common } from './common.ts'
import { entrance } from './entrance.ts'
import { frame } from './frame.ts'

const translation: FirstWords = {
  common,
  entrance,
  frame,
}

export default translation
