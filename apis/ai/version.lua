--- The version of trapos-ai.
return "0.0.0"
