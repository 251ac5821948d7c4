import { type ActionFunctionArgs, data, redirect } from '@remix-run/node';
import {
	addSecret,
	type ClientChanging,
	endSecret,
	type SecretMaking,
	setAllowance,
	setKeys,
	switchOff,
	switchOn,
} from '../../commands/registering-clients.ts';
import {
	allowanceForm,
	clientRefusalWords,
	endSecretForm,
	keysForm,
	newSecretForm,
	switchOffForm,
} from '../../domain/client.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { withClient } from './read-clients.server.ts';

/** Does what one of the forms on a client's page asks for; a new secret is in this answer and in none after it. */
export async function changeClient(args: ActionFunctionArgs) {
	return withClient(args, async (tx, { visitor, client, mayChange }) => {
		if (!mayChange) throw forbidden();
		const body = await args.request.formData();
		const sent = {
			...(Object.fromEntries([...body].map(([name, value]) => [name, String(value)])) as Record<string, string>),
			scopes: body.getAll('scopes').map(String),
		};
		const refuse = (errors: FieldError[]) => data({ secret: null, errors, sent, at: Date.now() }, { status: 422 });
		const settle = (done: ClientChanging | SecretMaking, field: string) => {
			if (done.ok)
				return 'secret' in done
					? data({ secret: done.secret, errors: [], sent: null, at: Date.now() })
					: redirect(`/settings/clients/${client.id}`);
			if (done.why === 'not-authorised') throw forbidden();
			if (done.why === 'unknown-client') throw notFound();
			return refuse([{ field, message: done.why === 'wrong-keys' ? done.message : clientRefusalWords[done.why] }]);
		};

		switch (body.get('intent')) {
			case 'add-secret': {
				const form = newSecretForm.safeParse(sent);
				if (!form.success) return refuse(fieldErrors(form.error));
				return settle(await addSecret(tx, visitor, client.id, form.data), 'main');
			}
			case 'end-secret': {
				const form = endSecretForm.safeParse(sent);
				if (!form.success) return refuse([{ field: 'main', message: clientRefusalWords['unknown-secret'] }]);
				return settle(await endSecret(tx, visitor, client.id, form.data), 'main');
			}
			case 'set-keys': {
				const form = keysForm.safeParse(sent);
				if (!form.success) return refuse(fieldErrors(form.error));
				return settle(await setKeys(tx, visitor, client.id, form.data), 'keys');
			}
			case 'set-allowance': {
				const form = allowanceForm.safeParse(sent);
				if (!form.success) return refuse(fieldErrors(form.error));
				return settle(await setAllowance(tx, visitor, client.id, form.data), 'scopes');
			}
			case 'switch-off': {
				const form = switchOffForm.safeParse(sent);
				if (!form.success) return refuse(fieldErrors(form.error));
				return settle(await switchOff(tx, visitor, client.id, form.data), 'reason');
			}
			case 'switch-on':
				return settle(await switchOn(tx, visitor, client.id), 'main');
			default:
				return refuse([{ field: 'main', message: 'Open the page again: something was missing' }]);
		}
	});
}
