/* Who copied whom: how many readings of rows are separate, and whose images they rest on. */
(function (lab) {
  "use strict";
  const { ancestors, words } = lab.record;
  const UNKNOWN_ORIGIN = "not known", ONE_PICTURE = ["one-image", "one-sighting"];
  const RELEASED = ["us-release", "uk-release"];
  const OWNER_NOT_STATED = ["unstated", "commercial-unstated", ...RELEASED];
  const NOT_FROM_ABOVE = ["", "none", "ground"];
  const UNNAMED = [...NOT_FROM_ABOVE, ...OWNER_NOT_STATED];
  const GOVERNMENT_RELEASE = "released by a government, owner of the satellite not stated";
  const union = (sets) => new Set(sets.flatMap((set) => [...set]));

  class Graph {
    constructor(whole, owners) {
      this.parents = whole.parents;
      this.owners = owners;
      const split = (column) => Object.fromEntries(
        whole.table("sources").rows.map((row) => [row.id, words(row[column])]));
      this.makers = split("originator");
      this.cites = split("cites");
      this.pictures = new Map();
      for (const row of whole.table("same_observation").rows) {
        if (!ONE_PICTURE.includes(row.relation)) continue;
        if (!this.pictures.has(row.row_id)) this.pictures.set(row.row_id, new Set());
        this.pictures.get(row.row_id).add(row.group);
      }
    }
    originators(source) {
      const roots = [...ancestors(this.parents, source)].filter((page) => !this.parents[page].length);
      const named = new Set(roots.flatMap((root) => this.makers[root]));
      return named.size ? named : new Set([UNKNOWN_ORIGIN]);
    }
    originsOfRow(row) {
      const trail = [...ancestors(this.parents, row.source_id)], counter = row.counter ?? "";
      const named = new Set(trail.flatMap((page) => this.makers[page] || []));
      if (counter && (named.has(counter) || !this.parents[row.source_id].length)) return new Set([counter]);
      return this.originators(row.source_id);
    }
    withoutCopies(rows) {
      const days = (row) => `${row.date_first ?? ""} ${row.date_last ?? ""}`;
      const pages = rows.map((row) => [row.source_id, this.originsOfRow(row), days(row)]);
      const same = (one, other) => one.size === other.size && [...one].every((each) => other.has(each));
      return rows.filter((_, at) => !pages.some(([other, who, when]) => other !== pages[at][0]
        && when === pages[at][2] && same(who, pages[at][1])
        && ancestors(this.parents, pages[at][0]).has(other)));
    }
    /** Groups that are left when sets with a common member are joined. */
    groups(sets) {
      let apart = [];
      for (const members of sets) {
        if (!members.size) continue;
        const meets = (group) => [...group].some((each) => members.has(each));
        const joined = union([members, ...apart.filter(meets)]);
        apart = [...apart.filter((group) => !meets(group)), joined];
      }
      return apart.length;
    }
    /** Facts on the sources of rows; null without rows. */
    support(many) {
      const rows = this.withoutCopies(many);
      if (!rows.length) return null;
      const origins = rows.map((row) => this.originsOfRow(row));
      const everyone = union(origins), named = [...everyone].filter((who) => who !== UNKNOWN_ORIGIN);
      const onePicture = rows.map((row, at) => {
        const copied = this.parents[row.source_id].length ? this.originators(row.source_id) : new Set();
        const who = union([origins[at], copied]);
        who.delete(UNKNOWN_ORIGIN);
        const pictures = [...(this.pictures.get(row.id) || [])].map((group) => `picture ${group}`);
        return union([who, pictures]);
      });
      const possibly = rows.map((row, at) => {
        if (!onePicture[at].size) return onePicture[at];
        const trail = [...ancestors(this.parents, row.source_id)];
        return union([onePicture[at], trail.flatMap((page) => this.cites[page] || [])]);
      });
      const recorded = rows.filter((row) => row.family !== undefined);
      const families = recorded.map((row) => row.family);
      const count = (list) => families.filter((family) => list.includes(family)).length;
      return {
        origins: (named.length ? named : [...everyone]).sort(),
        namedOrigins: this.groups(onePicture) || 1, originsAtLeast: this.groups(possibly) || 1,
        imageOwners: [...new Set(families.filter((family) => !UNNAMED.includes(family)))].sort(),
        imageRows: families.length - count(NOT_FROM_ABOVE),
        rowsWithoutOwner: count(OWNER_NOT_STATED), rowsReleased: count(RELEASED),
        rowsUnrecorded: rows.length - recorded.length,
      };
    }
    ownerWords(facts) {
      const counted = (rows) => `${rows} ${rows === 1 ? "row" : "rows"}`;
      const unrecorded = `use of images not recorded for ${counted(facts.rowsUnrecorded)}`;
      if (!facts.imageRows) return facts.rowsUnrecorded ? unrecorded : "no satellite image";
      let words = "owner of the image not stated";
      if (facts.imageOwners.length) {
        words = lab.words.listed(facts.imageOwners.map((family) => this.owners[family] ?? family));
        if (facts.rowsWithoutOwner) words += `, owner not stated for ${counted(facts.rowsWithoutOwner)}`;
      } else if (facts.rowsReleased === facts.rowsWithoutOwner) {
        words = `image ${GOVERNMENT_RELEASE}`;
      }
      return facts.rowsUnrecorded ? `${words}, ${unrecorded}` : words;
    }
  }
  lab.provenance = { Graph, OWNER_NOT_STATED };
})(globalThis.skytallyLaboratory);
