const hourMs = 3_600_000

/** A moment to the hour: so an index over it changes once an hour for whoever is at work, and not with each refresh. */
export const toTheHour = (at: Date) => new Date(Math.floor(at.getTime() / hourMs) * hourMs)
