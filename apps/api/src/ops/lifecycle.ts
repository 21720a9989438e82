/** While the process is draining it is not ready, and connections close after their answer. */
export interface Lifecycle {
  draining: boolean
}
