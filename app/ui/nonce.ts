import { createContext } from 'react';

/** The nonce that the content security policy lets inline scripts run by. Empty in the browser, which hides it. */
export const NonceContext = createContext('');
