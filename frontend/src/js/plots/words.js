// Figures and days on axes; everything else that is said stands in the page's tables already.
const language = document.documentElement.lang || "en";
// Days read the British way in English: 22 Nov.
const locale = language === "en" ? "en-GB" : language;
const days = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const months = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });

export const dayText = (iso) => days.format(new Date(`${iso}T00:00:00Z`));
export const monthText = (iso) => months.format(new Date(`${iso}T00:00:00Z`));

export function amountText(amount, { measure, currency }) {
  const style = measure === "revenue" ? { style: "currency", currency, maximumFractionDigits: amount < 10 ? 2 : 0 } : {};
  return new Intl.NumberFormat(language, { minimumFractionDigits: 0, maximumFractionDigits: 1, ...style }).format(amount);
}
