"""What points are good for: redemption, at once or by a hold that is captured later."""
