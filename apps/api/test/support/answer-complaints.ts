// Apart from what finds them, for test files that start no API.
const complaints: string[] = []

/** Keeps one sentence about an answer or a query, for the test that is running. */
export const complain = (sentence: string): void => void complaints.push(sentence)

/** What was kept since the last call. */
export const takeComplaints = (): string[] => complaints.splice(0)
