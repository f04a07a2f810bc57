// Light, dark, or as the system has it: remembers the choice. Runs before the page is painted.
"use strict";
{
  const CHOICES = ["system", "light", "dark"];
  const KEY = "theme";

  // A browser may forbid storage: then the choice lasts as long as the page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {}
  };

  let choice = CHOICES.find((it) => it === remembered()) ?? "system";
  const apply = () => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  };
  apply();

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      const label = () => {
        button.textContent = `Theme: ${choice}`;
      };
      button.addEventListener("click", () => {
        choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
        remember(choice);
        apply();
        label();
      });
      label();
      button.hidden = false;
    }
  });
}
