/* Answers of the laboratory for tests: what a page would compute, as plain objects. */
globalThis.laboratoryAnswers = function (settings, { flips = [], claims = true } = {}) {
  const lab = globalThis.skytallyLaboratory;
  const book = new lab.Book(globalThis.skytallyLaboratoryData);
  return settings.map((setting, at) => {
    const answer = new lab.answers.Answer(book, setting);
    const keys = [...book.declarations.keys()], ids = claims ? [...book.ledger.keys()] : [];
    const shown = {
      findings: Object.fromEntries(keys.map((key) => [key, answer.finding(key)])),
      claims: Object.fromEntries(ids.map((id) => [id, answer.claim(id)])),
      rivals: Object.fromEntries(answer.rivals), flips: {}, claim_flips: {},
    };
    if (!flips.includes(at)) return shown;
    for (const key of [...keys, ...answer.rivals.keys()]) shown.flips[key] = answer.flipWords("finding", key);
    for (const id of ids) shown.claim_flips[id] = answer.flipWords("claim", id);
    return shown;
  });
};
/* A value without a number, or without an end, as JSON can hold it. */
globalThis.laboratoryPlain = (value) => JSON.stringify(value, (_, each) =>
  typeof each === "number" && !Number.isFinite(each) ? String(each) : each);
