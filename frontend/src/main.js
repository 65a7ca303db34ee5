// What a page can do beyond links and forms. Everything works without it.
import { closeMenus } from "./js/menus.js";
import { copyOnClick } from "./js/copy.js";
import { showPassword } from "./js/password.js";
import { nameBusyButtons } from "./js/busy.js";
import { chooseTheme } from "./js/theme.js";
import { keepPlace } from "./js/swaps.js";
import { showToasts } from "./js/toasts.js";
import { listenToKeys } from "./js/keys.js";
import { orderByDragging } from "./js/rules.js";
import { lookLive } from "./js/live.js";
import { focusForms } from "./js/dialogs.js";
import { showOpenTab } from "./js/tabs.js";

closeMenus();
copyOnClick();
showPassword();
nameBusyButtons();
chooseTheme();
keepPlace();
showToasts();
listenToKeys();
orderByDragging();
lookLive();
showOpenTab();
focusForms();
