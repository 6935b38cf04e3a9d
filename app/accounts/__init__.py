"""Who uses the product: organisations and the accounts in them."""
