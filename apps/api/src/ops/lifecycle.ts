/** Whether the process is on its way out: then it is not ready, and connections close after their answer. */
export interface Lifecycle {
  draining: boolean
}
