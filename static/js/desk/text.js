// Digits, figures and pasted text, without a page.

const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";

/** Digits of words in Latin letters stay: «J18.9» and «EL-77» are codes. */
export const persian = (text) =>
  String(text).replace(/([\w./-]*[A-Za-z][\w./-]*)|\d/g, (found, code) => code ?? PERSIAN[found]);

export const ascii = (text) =>
  String(text)
    .replace(/[۰-۹]/g, (d) => d.charCodeAt(0) - 0x6f0)
    .replace(/[٠-٩]/g, (d) => d.charCodeAt(0) - 0x660);

/** Whole rials given as text, grouped in Persian digits; the text keeps figures exact beyond 2^53. */
export const grouped = (text) => {
  const [, sign, digits] = /^(-?)(\d+)$/.exec(String(text)) ?? [];
  if (digits === undefined) return "—";
  return (sign ? "\u2212" : "") + persian(digits.replace(/\B(?=(\d{3})+$)/g, "٬"));
};

/** A header as it is compared with ours: letters folded, digits ASCII, everything but letters and digits dropped. */
export const headerKey = (text) =>
  ascii(text)
    .normalize("NFKC")
    .replace(/[يىئ]/g, "ی")
    .replace(/ك/g, "ک")
    .replace(/[أإٱآ]/g, "ا")
    .replace(/[ۀة]/g, "ه")
    .replace(/ؤ/g, "و")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** The cells of a block as spreadsheets put it on the clipboard: tabs, lines, and quotes around cells with either. */
export const blockOf = (text) => {
  const rows = [[""]];
  let quoted = false;
  const source = String(text).replace(/\r\n?/g, "\n");
  for (let i = 0; i < source.length; i += 1) {
    const c = source[i];
    const row = rows.at(-1);
    if (quoted) {
      if (c !== '"') row[row.length - 1] += c;
      else if (source[i + 1] === '"') (row[row.length - 1] += '"', (i += 1));
      else quoted = false;
    } else if (c === '"' && row.at(-1) === "") quoted = true;
    else if (c === "\t") row.push("");
    else if (c === "\n") rows.push([""]);
    else row[row.length - 1] += c;
  }
  return rows.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some((cell) => cell !== ""));
};

/** Whether a text has the form of a day, as the server reads them: 1403/07/01, 1403-7-1, 14030701 or 01/07/1403. */
export const isDay = (text) => {
  const plain = ascii(text).trim().replace(/[-.\\]/g, "/");
  const [, year, month, day] =
    /^(\d{4})(\d\d)(\d\d)$/.exec(plain) ??
    /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(plain) ??
    plain.replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, "$3/$2/$1").match(/^(\d{4})\/(\d{1,2})\/(\d{1,2})$/) ??
    [];
  const longest = Number(year) < 1900 && month > 6 ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= longest;
};
