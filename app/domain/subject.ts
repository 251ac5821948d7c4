/** How another system may call people: by staff code, by our own opaque id, or by an id of its own for each. */
export const subjectIds = ['staff-code', 'opaque', 'own'] as const;
export type SubjectIds = (typeof subjectIds)[number];
