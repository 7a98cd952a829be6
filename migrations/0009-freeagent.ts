import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that every warehouse table carries beside its own. */
const engineColumns = `
  connection_id text not null,
  source_id text not null,
  source_updated_at timestamptz,
  first_seen_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  deleted_at timestamptz,
  run_id text not null,
  payload_hash text not null,
  primary key (connection_id, source_id)`;

/** FreeAgent's books; names and columns as analysts' SQL knows them. */
export class FreeAgent1763700000009 implements MigrationInterface {
  readonly name = 'FreeAgent1763700000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table freeagent_contacts (
        contact_id text not null,
        source text not null,
        organisation_name text,
        first_name text,
        last_name text,
        contact_name_on_invoices boolean,
        email text,
        billing_email text,
        phone_number text,
        mobile text,
        fax text,
        address1 text,
        address2 text,
        address3 text,
        town text,
        region text,
        postcode text,
        country text,
        contact_type text,
        default_payment_terms_in_days integer,
        charge_sales_tax text,
        sales_tax_registration_number text,
        active_projects_count integer,
        account_balance numeric,
        uses_contact_invoice_sequence boolean,
        status text,
        locale text,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_contacts_email on freeagent_contacts (email);
      create index ix_freeagent_contacts_type on freeagent_contacts (contact_type);
      create index ix_freeagent_contacts_organisation on freeagent_contacts (organisation_name);

      create table freeagent_invoices (
        invoice_id text not null,
        source text not null,
        reference text,
        dated_on date,
        due_on date,
        contact_id text,
        contact_name text,
        net_value numeric,
        sales_tax_value numeric,
        total_value numeric,
        paid_value numeric,
        due_value numeric,
        currency text,
        exchange_rate numeric,
        net_value_in_base_currency numeric,
        status text,
        payment_terms_in_days integer,
        sales_tax_status text,
        outside_of_sales_tax_scope boolean,
        initial_sales_tax_rate numeric,
        comments text,
        project_id text,
        po_reference text,
        discount_percent numeric,
        ec_status text,
        bank_account_id text,
        paid_on date,
        written_off_on date,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_invoices_reference on freeagent_invoices (reference);
      create index ix_freeagent_invoices_contact on freeagent_invoices (contact_id);
      create index ix_freeagent_invoices_status on freeagent_invoices (status);
      create index ix_freeagent_invoices_dated_on on freeagent_invoices (dated_on);
      create index ix_freeagent_invoices_due_on on freeagent_invoices (due_on);

      create table freeagent_invoice_items (
        parent_source_id text not null,
        invoice_id text not null,
        source text not null,
        position numeric,
        description text,
        item_type text,
        quantity numeric,
        price numeric,
        sales_tax_rate numeric,
        sales_tax_status text,
        currency text,
        category_id text,
        project_id text,
        stock_item_id text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_invoice_items_parent on freeagent_invoice_items (connection_id, parent_source_id);
      create index ix_freeagent_invoice_items_category on freeagent_invoice_items (category_id);

      create table freeagent_bills (
        bill_id text not null,
        source text not null,
        reference text,
        dated_on date,
        due_on date,
        contact_id text,
        contact_name text,
        net_value numeric,
        sales_tax_value numeric,
        total_value numeric,
        paid_value numeric,
        due_value numeric,
        currency text,
        exchange_rate numeric,
        native_due_value numeric,
        status text,
        sales_tax_status text,
        comments text,
        project_id text,
        ec_status text,
        paid_on date,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_bills_reference on freeagent_bills (reference);
      create index ix_freeagent_bills_contact on freeagent_bills (contact_id);
      create index ix_freeagent_bills_status on freeagent_bills (status);

      create table freeagent_bill_items (
        parent_source_id text not null,
        bill_id text not null,
        source text not null,
        description text,
        category_id text,
        quantity numeric,
        unit text,
        total_value numeric,
        total_value_ex_tax numeric,
        sales_tax_rate numeric,
        sales_tax_status text,
        sales_tax_value numeric,
        currency text,
        project_id text,
        stock_item_id text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_bill_items_parent on freeagent_bill_items (connection_id, parent_source_id);
      create index ix_freeagent_bill_items_category on freeagent_bill_items (category_id);

      create table freeagent_categories (
        category_id text not null,
        source text not null,
        description text,
        nominal_code text not null,
        category_type text not null,
        parent_category_id text,
        auto_sales_tax_rate text,
        allowable_for_tax boolean,
        is_visible boolean,
        group_description text,
        tax_reporting_name text,
        bank_account_id text,
        user_id text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_categories_nominal_code on freeagent_categories (nominal_code);
      create index ix_freeagent_categories_type on freeagent_categories (category_type);
      create index ix_freeagent_categories_parent on freeagent_categories (parent_category_id);

      create table freeagent_bank_accounts (
        bank_account_id text not null,
        source text not null,
        name text,
        bank_name text,
        type text,
        account_number text,
        sort_code text,
        iban text,
        bic text,
        opening_balance numeric,
        current_balance numeric,
        currency text,
        is_primary boolean,
        is_personal boolean,
        email_new_transactions boolean,
        default_bill_category_id text,
        opening_balance_date date,
        status text,
        latest_activity_on date,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_bank_accounts_name on freeagent_bank_accounts (name);
      create index ix_freeagent_bank_accounts_type on freeagent_bank_accounts (type);

      create table freeagent_bank_transactions (
        transaction_id text not null,
        source text not null,
        bank_account_id text not null,
        dated_on date,
        amount numeric,
        currency text,
        description text,
        full_description text,
        bank_reference text,
        transaction_type text,
        running_balance numeric,
        unexplained_amount numeric,
        is_manual boolean,
        uploaded_at timestamptz,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_bank_transactions_account on freeagent_bank_transactions (bank_account_id);
      create index ix_freeagent_bank_transactions_dated_on on freeagent_bank_transactions (dated_on);
      create index ix_freeagent_bank_transactions_amount on freeagent_bank_transactions (amount);

      create table freeagent_bank_transaction_explanations (
        explanation_id text not null,
        source text not null,
        bank_transaction_id text,
        bank_account_id text not null,
        dated_on date,
        amount numeric,
        currency text,
        description text,
        category_id text,
        category_name text,
        foreign_currency_amount numeric,
        foreign_currency_type text,
        gross_value numeric,
        sales_tax_rate numeric,
        sales_tax_value numeric,
        sales_tax_status text,
        invoice_id text,
        bill_id text,
        paid_user_id text,
        transfer_bank_account_id text,
        type text,
        marked_for_review boolean,
        project_id text,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_bank_explanations_transaction on freeagent_bank_transaction_explanations (bank_transaction_id);
      create index ix_freeagent_bank_explanations_category on freeagent_bank_transaction_explanations (category_id);
      create index ix_freeagent_bank_explanations_invoice on freeagent_bank_transaction_explanations (invoice_id);
      create index ix_freeagent_bank_explanations_bill on freeagent_bank_transaction_explanations (bill_id);

      create table freeagent_transactions (
        transaction_id text not null,
        source text not null,
        dated_on date not null,
        description text,
        category_id text,
        category_name text,
        nominal_code text,
        debit_value numeric not null,
        credit_value numeric not null,
        signed_value numeric not null,
        source_item_url text,
        foreign_currency_data jsonb,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_transactions_dated_on on freeagent_transactions (dated_on);
      create index ix_freeagent_transactions_category on freeagent_transactions (category_id);
      create index ix_freeagent_transactions_nominal_code on freeagent_transactions (nominal_code);

      create table freeagent_users (
        user_id text not null,
        source text not null,
        email text,
        first_name text,
        last_name text,
        ni_number text,
        unique_tax_reference text,
        role text,
        permission_level integer,
        opening_mileage numeric,
        current_payroll_profile jsonb,
        hidden boolean,
        created_at_api timestamptz,
        updated_at_api timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_freeagent_users_email on freeagent_users (email);
      create index ix_freeagent_users_role on freeagent_users (role);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}
