--- The version of trapos-ai.
return "0.1.0"
